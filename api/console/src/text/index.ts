import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type en from "./en";

// All words of the console stand in this folder: English in en/, which is the measure of what there is, and one folder for each other
// language with the same files. Text<typeof en> makes a missing or superfluous text an error of the type checker.
export type Text<T> = { [K in keyof T]: T[K] extends string ? string : Text<T[K]> };

export const languages = { en: "English", it: "Italiano" } as const;
export type Language = keyof typeof languages;

const load = { en: () => import("./en"), it: () => import("./it") };
const kept = "appzone.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
    enableSelector: false;
  }
}

// chosen is the language that was chosen in this browser, else the first of the browser's own that there is.
function chosen(): Language {
  const wanted = [localStorage.getItem(kept) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return (wanted.find((tag) => tag in languages) as Language | undefined) ?? "en";
}

// startText is awaited before the first paint, so that nobody sees keys.
export async function startText() {
  await i18next.use(initReactI18next).init({
    fallbackLng: "en",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    resources: {},
  });
  await setLanguage(chosen());
}

export async function setLanguage(language: Language, keep = false) {
  if (!i18next.hasResourceBundle(language, "translation"))
    i18next.addResourceBundle(language, "translation", (await load[language]()).default);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (keep) localStorage.setItem(kept, language);
}
