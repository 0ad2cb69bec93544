export default {
  title: "Webhooks",
};
