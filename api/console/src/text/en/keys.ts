export default {
  title: "Keys",
};
