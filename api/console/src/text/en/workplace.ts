export default {
  title: "Workplace",
};
