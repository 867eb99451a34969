/* Alpine without eval: unfold's attributes are read and run by a small interpreter, so that the console keeps a strict
   Content-Security-Policy. It knows what unfold's templates use and nothing more: names, members, calls, `new`,
   literals, objects, arrays, arrow functions of one expression, assignment, comparison, + and -, !, && and ||, ?: and if.
   tests/browser/test_console_expressions.py reads every such attribute with it. */
"use strict";

const consoleExpression = (() => {
  const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_$][\w$]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(===|!==|==|!=|<=|>=|&&|\|\||=>|[-+!<>=?:;,.()[\]{}]))/y;
  const LITERALS = new Map([["true", true], ["false", false], ["null", null], ["undefined", undefined]]);
  const REFUSED = new Set(["constructor", "__proto__", "prototype", "innerHTML", "outerHTML", "insertAdjacentHTML"]);
  const LEVELS = [["||"], ["&&"], ["==", "!=", "===", "!=="], ["<", ">", "<=", ">="], ["+", "-"]];
  const OPERATE = {
    "==": (a, b) => a == b, "!=": (a, b) => a != b, "===": (a, b) => a === b, "!==": (a, b) => a !== b,
    "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
    "+": (a, b) => a + b, "-": (a, b) => a - b,
  };

  /* What an attribute may name besides its own data: unfold's functions (unfold/js/app.js) and little of the browser. */
  const world = Object.freeze({
    __proto__: null,
    Date,
    get localStorage() { return window.localStorage; },
    window: Object.freeze({ __proto__: null, get location() { return window.location; } }),
    theme: (...given) => theme(...given),
    searchForm: (...given) => searchForm(...given),
    searchDropdown: (...given) => searchDropdown(...given),
    searchCommand: (...given) => searchCommand(...given),
    getCurrentTab: (...given) => getCurrentTab(...given),
    sortRecords: (...given) => sortRecords(...given),
    moveRecords: (...given) => moveRecords(...given),
  });

  const tokens = (source) => {
    const found = [];
    const end = source.trimEnd().length;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < end) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(source);
      if (!match) throw new SyntaxError(`cannot read ${source.slice(at).trim()} in ${source}`);
      const [, number, name, text, sign] = match;
      if (number) found.push({ kind: "number", value: Number(number) });
      else if (name) found.push({ kind: "name", value: name });
      else if (text) found.push({ kind: "text", value: text.slice(1, -1).replace(/\\(.)/g, (_, letter) => ({ n: "\n", t: "\t" })[letter] ?? letter) });
      else found.push({ kind: "sign", value: sign });
    }
    return [...found, { kind: "end", value: "" }];
  };

  const member = (object, key) => {
    if (REFUSED.has(String(key))) throw new TypeError(`${key} is out of reach`);
    return object[key];
  };
  /* The object that holds a name: the innermost scope, else the world. */
  const holder = (scopes, name) => {
    const found = [...scopes, world].find((scope) => name in scope);
    if (!found) throw new ReferenceError(`${name} is not defined`);
    return found;
  };

  /* Each part becomes { run(scopes) }; what can be assigned or called also has `place(scopes)`: [object, key]. */
  const reader = (source) => {
    const list = tokens(source);
    let at = 0;
    const fail = () => { throw new SyntaxError(`unexpected ${list[at].value || "end"} in ${source}`); };
    const is = (value, kind = "sign") => list[at].kind === kind && list[at].value === value;
    const take = (value, kind) => is(value, kind) && ++at > 0;
    const need = (value) => take(value) || fail();
    const name = () => (list[at].kind === "name" ? list[at++].value : fail());
    const several = (one, closing) => {
      const found = [];
      while (!take(closing)) {
        found.push(one());
        if (!is(closing)) need(",");
      }
      return found;
    };

    const property = () => {
      const { kind, value } = list[at];
      if (kind === "sign" || kind === "end") fail();
      at += 1;
      if (take(":")) return [value, expression()];
      if (kind !== "name") fail();
      return [value, named(value)];
    };
    const named = (key) => {
      const place = (scopes) => [holder(scopes, key), key];
      return { place, run: (scopes) => { const [object] = place(scopes); return object[key]; } };
    };
    const reached = (object, key) => ({
      place: (scopes) => [object.run(scopes), key(scopes)],
      run: (scopes) => member(object.run(scopes), key(scopes)),
    });
    const called = (target, given) => ({
      run: (scopes) => {
        const [self, key] = target.place ? target.place(scopes) : [undefined, null];
        const method = target.place ? member(self, key) : target.run(scopes);
        if (typeof method !== "function") throw new TypeError(`${String(key)} is not a function in ${source}`);
        return method.apply(self, given.map((part) => part.run(scopes)));
      },
    });
    const arrow = () => {
      const start = at;
      const names = [];
      if (list[at].kind === "name") names.push(name());
      else if (take("(")) {
        while (list[at].kind === "name") { names.push(name()); if (!take(",")) break; }
        if (!take(")")) names.length = 0;
      }
      if (!take("=>")) { at = start; return null; }
      const body = expression();
      return { run: (scopes) => (...given) => body.run([Object.assign(Object.create(null), Object.fromEntries(names.map((key, index) => [key, given[index]]))), ...scopes]) };
    };

    const primary = () => {
      const { kind, value } = list[at++];
      if (kind === "number" || kind === "text") return { run: () => value };
      if (kind === "name") return LITERALS.has(value) ? { run: () => LITERALS.get(value) } : named(value);
      if (value === "(") { const inner = expression(); need(")"); return { run: inner.run }; }
      if (value === "[") { const parts = several(expression, "]"); return { run: (scopes) => parts.map((part) => part.run(scopes)) }; }
      if (value === "{") { const parts = several(property, "}"); return { run: (scopes) => Object.fromEntries(parts.map(([key, part]) => [key, part.run(scopes)])) }; }
      at -= 1;
      return fail();
    };
    const made = () => {
      const target = named(name());
      need("(");
      const given = several(expression, ")");
      return { run: (scopes) => new (target.run(scopes))(...given.map((part) => part.run(scopes))) };
    };
    const postfix = () => {
      let part = take("new", "name") ? made() : primary();
      for (;;) {
        if (take(".")) { const key = name(); part = reached(part, () => key); }
        else if (take("[")) { const key = expression(); need("]"); part = reached(part, key.run); }
        else if (take("(")) part = called(part, several(expression, ")"));
        else return part;
      }
    };
    const unary = () => {
      if (take("!")) { const part = unary(); return { run: (scopes) => !part.run(scopes) }; }
      if (take("-")) { const part = unary(); return { run: (scopes) => -part.run(scopes) }; }
      return postfix();
    };
    const joined = (left, sign, right) => {
      if (sign === "||") return { run: (scopes) => left.run(scopes) || right.run(scopes) };
      if (sign === "&&") return { run: (scopes) => left.run(scopes) && right.run(scopes) };
      return { run: (scopes) => OPERATE[sign](left.run(scopes), right.run(scopes)) };
    };
    const binary = (level) => {
      if (level === LEVELS.length) return unary();
      let left = binary(level + 1);
      for (let sign; (sign = LEVELS[level].find((known) => take(known))); ) left = joined(left, sign, binary(level + 1));
      return left;
    };
    const expression = () => {
      const lambda = arrow();
      if (lambda) return lambda;
      const left = binary(0);
      if (take("?")) {
        const yes = expression();
        need(":");
        const no = expression();
        return { run: (scopes) => (left.run(scopes) ? yes : no).run(scopes) };
      }
      if (!is("=")) return left;
      if (!left.place) fail();
      need("=");
      const value = expression();
      return {
        run: (scopes) => {
          const [object, key] = left.place(scopes);
          if (REFUSED.has(String(key)) || object === world) throw new TypeError(`${key} cannot be set`);
          return (object[key] = value.run(scopes));
        },
      };
    };

    const block = () => (take("{") ? statements("}") : statement());
    const statement = () => {
      if (!take("if", "name")) return expression();
      need("(");
      const question = expression();
      need(")");
      const yes = block();
      const no = take("else", "name") ? block() : { run: () => undefined };
      return { run: (scopes) => (question.run(scopes) ? yes : no).run(scopes) };
    };
    const statements = (closing) => {
      const parts = [];
      while (closing ? !take(closing) : list[at].kind !== "end") {
        if (take(";")) continue;
        if (parts.length && !parts.isOpen) fail();
        parts.push(statement());
        parts.isOpen = list[at - 1].value === "}" || is(";");
      }
      return { run: (scopes) => parts.map((part) => part.run(scopes)).at(-1) };
    };
    return statements("");
  };

  const known = new Map();
  /* The program of an expression; throws SyntaxError when it is beyond the subset. */
  const read = (source) => {
    if (!known.has(source)) known.set(source, reader(source));
    return known.get(source);
  };
  return { read, run: (source, ...scopes) => read(source).run(scopes) };
})();

/* The look is chosen before anything is drawn; from there on unfold's own binding keeps it. */
(() => {
  const root = document.documentElement;
  let chosen = "auto";
  try { chosen = JSON.parse(localStorage.getItem("adminTheme") ?? '"auto"'); } catch { /* nothing was chosen */ }
  const isDark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const first = isDark ? "dark" : chosen === "light" ? "light" : "";
  if (first && !root.className) {
    root.classList.add(first);
    document.addEventListener("alpine:init", () => root.classList.remove(first));
  }
  root.classList.add("is-starting");
  document.addEventListener("alpine:initialized", () => root.classList.remove("is-starting"));
})();

document.addEventListener("alpine:init", () => {
  const magics = (element) => ({
    $el: element,
    get $root() { return Alpine.closestRoot(element); },
    get $data() { return Alpine.$data(element); },
    $nextTick: Alpine.nextTick,
    $dispatch: (name, detail = {}) => element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true })),
  });
  const tell = (error, element, source) => {
    console.error(`${error.message}: ${source}`, element);
    setTimeout(() => { throw error; }, 0);
  };

  Alpine.setEvaluator((element, source) => {
    const data = [magics(element), ...Alpine.closestDataStack(element)];
    return (receive = () => {}, { scope = {}, params = [] } = {}) => {
      const all = Alpine.mergeProxies([scope, ...data]);
      try {
        const value = typeof source === "function" ? source.apply(all, params) : consoleExpression.run(source, all);
        const result = typeof value === "function" && typeof source !== "function" ? value.apply(all, params) : value;
        if (result instanceof Promise) result.then(receive).catch((error) => tell(error, element, source));
        else receive(result);
      } catch (error) {
        tell(error, element, source);
      }
    };
  });
});
