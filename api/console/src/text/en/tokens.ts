export default {
  title: "Tokens",
};
