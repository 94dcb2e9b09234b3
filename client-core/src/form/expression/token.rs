//! Text to tokens.

use super::{ExpressionError, ExpressionProblem};
use crate::model::read_decimal;

/// A word or sign of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// `${name}`
    Answer(String),
    /// `.`
    Current,
    /// `and`, `selected`, ...
    Word(String),
    /// `( ) , = != < <= > >= + - *`
    Sign(&'static str),
}

/// A token and where it starts, in characters.
pub(super) type Placed = (usize, Token);

/// Longer signs first.
const SIGNS: [&str; 12] = [
    "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "(", ")", ",",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ExpressionError> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        if first.is_whitespace() {
            at += 1;
            continue;
        }
        let (token, next) = token_at(&characters, at)?;
        found.push((at, token));
        at = next;
    }
    Ok(found)
}

fn token_at(characters: &[char], at: usize) -> Result<(Token, usize), ExpressionError> {
    let fail = |problem| ExpressionError {
        position: at,
        problem,
    };
    let first = characters[at];
    let next = characters.get(at + 1).copied();
    match first {
        '\'' | '"' => {
            let (text, end) = until(characters, at + 1, first)
                .ok_or_else(|| fail(ExpressionProblem::Unfinished))?;
            Ok((Token::Text(text), end))
        }
        '$' if next == Some('{') => {
            let (name, end) = until(characters, at + 2, '}')
                .ok_or_else(|| fail(ExpressionProblem::Unfinished))?;
            Ok((Token::Answer(name.trim().to_owned()), end))
        }
        '.' if !next.is_some_and(|c| c.is_ascii_digit()) => Ok((Token::Current, at + 1)),
        '0'..='9' | '.' => {
            let end = run(characters, at, |c| c.is_ascii_digit() || c == '.');
            let digits: String = characters[at..end].iter().collect();
            let number = read_decimal(&digits)
                .ok_or_else(|| fail(ExpressionProblem::UnexpectedCharacter))?;
            Ok((Token::Number(number), end))
        }
        _ if first.is_alphabetic() => {
            let end = run(characters, at, |c| {
                c.is_alphanumeric() || c == '-' || c == '_'
            });
            Ok((Token::Word(characters[at..end].iter().collect()), end))
        }
        _ => SIGNS
            .into_iter()
            .find(|sign| {
                let mut rest = characters[at..].iter();
                sign.chars().all(|c| rest.next() == Some(&c))
            })
            .map(|sign| (Token::Sign(sign), at + sign.len()))
            .ok_or_else(|| fail(ExpressionProblem::UnexpectedCharacter)),
    }
}

/// The text up to a closing character, and what follows it.
fn until(characters: &[char], from: usize, closing: char) -> Option<(String, usize)> {
    let length = characters.get(from..)?.iter().position(|&c| c == closing)?;
    let text = characters[from..from + length].iter().collect();
    Some((text, from + length + 1))
}

fn run(characters: &[char], from: usize, belongs: impl Fn(char) -> bool) -> usize {
    let length = characters[from..]
        .iter()
        .take_while(|&&c| belongs(c))
        .count();
    from + length
}
