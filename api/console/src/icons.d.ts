// The names of the icons that the build makes (icons/build.ts), without "icon-".
declare module "virtual:icon-names" {
  const names: string[];
  export default names;
}
