export default {
  title: "Profiles",
};
