export default {
  title: "Files",
};
