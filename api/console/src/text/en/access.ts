export default {
  title: "Access",
};
