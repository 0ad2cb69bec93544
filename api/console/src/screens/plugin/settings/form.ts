import { createContext, useContext } from "react";
import type { Json, JsonObject, Path, Schema } from "./schema";
import type { Mark, SecretEdits } from "./values";

// Form is what the parts of the settings share.
export interface Form {
  root: Schema;
  plain: JsonObject;
  marks: Record<string, Mark>;
  secrets: SecretEdits;
  // errors are what is wrong, by dotted path.
  errors: Record<string, string>;
  set(path: Path, value: Json | undefined): void;
  // setSecret changes a secret: another value, null to remove it, undefined to leave it as it is.
  setSecret(path: Path, value: string | null | undefined): void;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error("there is no form around");
  return form;
}
