export default {
  title: "Staff",
};
