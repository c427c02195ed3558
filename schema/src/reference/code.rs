//! Lays code out: on one line where it fits, else an element a line. Knows brackets, not languages.

/// The width of a page's code.
const WIDTH: usize = 100;

/// A piece of code.
pub(crate) enum Code {
    /// Stands as it is.
    Atom(String),
    /// Something in front of a piece.
    After(String, Box<Code>),
    /// Elements in brackets.
    Group {
        open: &'static str,
        close: &'static str,
        /// Spaces inside of the brackets where all stands on one line.
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

    /// As text; lines after the first are indented by this many spaces, and `room` columns are taken already.
    pub(crate) fn lay_out(&self, indent: usize, room: usize) -> String {
        let flat = self.flat();
        if room + flat.len() <= WIDTH {
            return flat;
        }
        match self {
            Self::Atom(text) => text.clone(),
            Self::After(text, code) => format!("{text}{}", code.lay_out(indent, room + text.len())),
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

/// A text in double quotes, as JSON and most languages write it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
