export default {
  title: "Audit",
};
