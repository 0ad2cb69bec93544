import { Center } from "@mantine/core";
import { encode } from "uqr";

// QrCode draws a text. Phones read it dark on white, in either colour scheme.
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 3 });
  const dark = data.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : "")));
  return (
    <Center>
      <svg viewBox={`0 0 ${size} ${size}`} width={200} height={200} role="img" aria-label={label} shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" rx={1.5} />
        <path d={dark.join("")} fill="#000" />
      </svg>
    </Center>
  );
}
