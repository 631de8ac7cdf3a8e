import js from "@eslint/js";
import globals from "globals";

export default [
  // What is not ours: environments, builds, and what collectstatic has gathered.
  { ignores: ["**/.*/**", "**/build/**", "dist/**", "htmlcov/**", "example_project/static/**"] },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["{src,example_project}/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error", "no-console": "error" },
  },
  {
    files: ["{tests,docs}/**/*.{js,mjs}"],
    languageOptions: { globals: globals.node },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
];
