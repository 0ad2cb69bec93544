export default {
  title: "Events",
};
