export default {
  title: "Gallery",
};
