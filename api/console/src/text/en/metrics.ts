export default {
  title: "Metrics",
};
