import { Typography } from "@mantine/core";
import type { Components } from "react-markdown";
import Markdown from "react-markdown";
import classes from "./Readme.module.css";

// A readme is somebody else's text: no HTML of its own, no pictures from elsewhere, and links that lead out of the console open beside it.
// It is taken to be in English. Its first heading is the name, which the page has already; the others are one level down.
const components: Components = {
  h1: () => null,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  img: ({ alt }) => <em>{alt}</em>,
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
  a: ({ href = "", children }) =>
    /^https?:\/\//.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
};

export default function Readme({ text }: { text: string }) {
  return (
    <Typography className={classes.readme} lang="en">
      <Markdown components={components} skipHtml>
        {text}
      </Markdown>
    </Typography>
  );
}
