export default {
  title: "Danger",
};
