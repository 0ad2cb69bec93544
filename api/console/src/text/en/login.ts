export default {
  title: "Login",
};
