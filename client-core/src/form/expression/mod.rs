//! Expressions of a questionnaire: the part of XPath that XLSForm's `relevant`, `required` and
//! `constraint` use, so that full XLSForm can follow.
//!
//! It must never know forms: names are looked up through [`Scope`]. [`super::Draft`] calls it.
//!
//! # Source
//! XLSForm, <https://xlsform.org/en/#relevant>; ODK, "Form operators and functions".

mod evaluate;
mod parse;
mod token;

pub use evaluate::{Scope, Value};
pub use parse::Expression;

/// Why an expression cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at character {position}")]
pub struct ExpressionError {
    /// 0-based, in characters.
    pub position: usize,
    /// What is wrong.
    pub problem: ExpressionProblem,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionProblem {
    /// A character that starts nothing.
    #[error("unexpected character")]
    UnexpectedCharacter,
    /// A text without its closing quote, or `${` without `}`.
    #[error("unfinished text or name")]
    Unfinished,
    /// Something else was expected here.
    #[error("unexpected word or sign")]
    UnexpectedToken,
    /// The expression stops too early.
    #[error("unexpected end")]
    UnexpectedEnd,
    /// A function that does not exist here.
    #[error("unknown function")]
    UnknownFunction,
    /// A function with too many or too few arguments.
    #[error("wrong number of arguments")]
    WrongArguments,
    /// More than 32 levels of parentheses.
    #[error("too deep")]
    TooDeep,
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Answers;

    impl Scope for Answers {
        fn value(&self, name: &str) -> Value {
            match name {
                "n" => Value::Number(3.0),
                "who" => Value::Text("alone".into()),
                "needs" => Value::Text("food care".into()),
                _ => Value::Text(String::new()),
            }
        }

        fn current(&self) -> Value {
            Value::Number(5.0)
        }
    }

    fn check(text: &str, expected: &Value) {
        let expression = Expression::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(&expression.evaluate(&Answers), expected, "{text}");
    }

    #[test]
    fn expressions_read_answers_as_xlsform_does() {
        for text in [
            "${who} = 'alone'",
            "${n} = 3 and ${n} >= 2 and not(${n} > 3)",
            "${absent} = '' and ${n} != ''",
            "${who} != \"couple\" or false()",
            "selected(${needs}, 'care') and not(selected(${needs}, 'car'))",
            "count-selected(${needs}) = 2 and count-selected(${absent}) = 0",
            ". > ${n} and . - ${n} = 2",
            "coalesce(${absent}, ${n}) = 3",
            "not(. < ${absent})",
            "if(${n} > 2, 'many', 'few') = 'many'",
            "string-length(${who}) = 5",
            "1 + 2 * 3 = 7 and (1 + 2) * 3 = 9",
            "7 mod 4 = 3 and 7 div 2 = 3.5 and -2 + 3 = 1",
            "'3' = 3 and ${who} != 3",
        ] {
            check(text, &Value::Truth(true));
        }
        check("${n} * 2", &Value::Number(6.0));
        check("${who}", &Value::Text("alone".into()));
        check("${absent} > 1 or ${absent} < 1", &Value::Truth(false));
    }

    #[test]
    fn an_error_names_its_position() {
        use ExpressionProblem as P;
        let position = |text: &str| Expression::parse(text).map_err(|e| (e.position, e.problem));
        for (text, at, problem) in [
            ("${n} = 'é' ; 1", 11, P::UnexpectedCharacter),
            ("${n} = 'x", 7, P::Unfinished),
            ("${n", 0, P::Unfinished),
            ("${n} and", 8, P::UnexpectedEnd),
            ("${n} 3", 5, P::UnexpectedToken),
            ("(1 + 2", 6, P::UnexpectedEnd),
            ("pulldata('a')", 0, P::UnknownFunction),
            ("1 + selected(${n})", 4, P::WrongArguments),
            ("", 0, P::UnexpectedEnd),
        ] {
            assert_eq!(position(text), Err((at, problem)), "{text}");
        }
        let deep = "(".repeat(40);
        assert_eq!(position(&deep).unwrap_err().1, P::TooDeep);
    }
}
