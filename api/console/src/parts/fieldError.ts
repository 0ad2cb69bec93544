import { asFailure } from "../api/failure";

// fieldError is what a failure says about one input.
export function fieldError(error: unknown, field: string): string | undefined {
  if (!error) return undefined;
  return asFailure(error).fields.find((f) => f.field === field || f.field.startsWith(`${field}[`) || f.field.startsWith(`${field}.`))
    ?.message;
}
