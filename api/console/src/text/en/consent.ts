export default {
  title: "Consent",
};
