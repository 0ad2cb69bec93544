export default {
  title: "Plugin",
};
