export default {
  title: "Zone",
};
