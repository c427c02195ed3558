//! Formats code: on one line if it fits, otherwise one line per element. Independent of the language.

/// Maximum column of code on a page.
const WIDTH: usize = 100;

/// A piece of code.
pub(crate) enum Code {
    /// Unchanged.
    Atom(String),
    /// A prefix of another piece.
    After(String, Box<Code>),
    /// Elements in brackets.
    Group {
        open: &'static str,
        close: &'static str,
        /// Whether there are spaces inside of the brackets on one line.
        padded: bool,
        items: Vec<Code>,
    },
}

impl Code {
    pub(crate) fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    pub(crate) fn after(text: impl Into<String>, code: Self) -> Self {
        Self::After(text.into(), Box::new(code))
    }

    /// As a string. Lines after the first are indented by this many spaces; the first starts at `column`.
    pub(crate) fn lay_out(&self, indent: usize, column: usize) -> String {
        let flat = self.flat();
        if column + flat.len() <= WIDTH {
            return flat;
        }
        match self {
            Self::Atom(text) => text.clone(),
            Self::After(text, code) => format!("{text}{}", code.lay_out(indent, column + text.len())),
            Self::Group { items, .. } if items.is_empty() => flat,
            Self::Group { open, close, items, .. } => {
                let inner = indent + 4;
                let lines = items.iter().map(|item| format!("{:inner$}{},\n", "", item.lay_out(inner, inner)));
                format!("{open}\n{}{:indent$}{close}", lines.collect::<String>(), "")
            }
        }
    }

    fn flat(&self) -> String {
        match self {
            Self::Atom(text) => text.clone(),
            Self::After(text, code) => format!("{text}{}", code.flat()),
            Self::Group { open, close, padded, items } => {
                let space = if *padded && !items.is_empty() { " " } else { "" };
                let items: Vec<String> = items.iter().map(Self::flat).collect();
                format!("{open}{space}{}{space}{close}", items.join(", "))
            }
        }
    }
}

/// A string in double quotes, as in JSON and most languages.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
