export default {
  title: "Logs",
};
