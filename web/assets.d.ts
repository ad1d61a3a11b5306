declare module "*.css?text" {
  const sheet: string;
  export default sheet;
}
