import i18next from "i18next";
import { type ComponentType, lazy } from "react";
import { initReactI18next } from "react-i18next";
import { keep, kept } from "../parts/kept";
import type first from "./en/first";
import type rest from "./en/rest";

// All words of the console stand in this folder: English in en/, which is the measure of what there is, and one folder for each other
// language with the same files. Text<typeof en> makes a missing or superfluous text an error of the type checker.
export type Text<T> = { [K in keyof T]: T[K] extends string ? string : Text<T[K]> };

export const languages = { en: "English", it: "Italiano" } as const;
export type Language = keyof typeof languages;

// The first screens do not wait for the words of all others.
const load = {
  first: { en: () => import("./en/first"), it: () => import("./it/first") },
  rest: { en: () => import("./en/rest"), it: () => import("./it/rest") },
};
const chosenKey = "appzone.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof first & typeof rest };
    enableSelector: false;
  }
}

// chosen is the language that was chosen in this browser, else the first of the browser's own that there is.
function chosen(): Language {
  const wanted = [kept("localStorage", chosenKey) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return (wanted.find((tag) => tag in languages) as Language | undefined) ?? "en";
}

// startText is awaited before the first paint, so that nobody sees keys.
export async function startText() {
  await i18next.use(initReactI18next).init({
    fallbackLng: "en",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    returnEmptyString: true, // for what has no words in one language or for one thing
    resources: {},
  });
  await setLanguage(chosen());
}

const loaded = new Map<string, Promise<void>>();

function want(part: keyof typeof load, language: Language): Promise<void> {
  const key = `${part} ${language}`;
  let loading = loaded.get(key);
  if (!loading) {
    loading = load[part][language]().then((words) => void i18next.addResourceBundle(language, "translation", words.default, true));
    loaded.set(key, loading);
    loading.catch(() => loaded.delete(key)); // so that it is tried again
  }
  return loading;
}

// wantRest is awaited before a screen that is not one of the first is shown.
export async function wantRest() {
  restWanted = true;
  await want("rest", i18next.language as Language);
}
let restWanted = false;

// screen is lazy for a screen whose words are not among the first.
export const screen = <P extends object>(part: () => Promise<{ default: ComponentType<P> }>) =>
  lazy(async () => {
    const [component] = await Promise.all([part(), wantRest()]);
    return component;
  });

// setLanguage changes all words; with lasting, this browser remembers it.
export async function setLanguage(language: Language, lasting = false) {
  await Promise.all([want("first", language), restWanted && want("rest", language)]);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (lasting) keep("localStorage", chosenKey, language);
}
