//! A guide as Markdown: plain text that stays readable as it is, with tables of pipes and dashes.

use super::Guide;
use super::text::{Block, Span, Text};

/// Characters that could begin markup in words.
const MARKUP: &str = "\\`*_[]<>&|";

impl Guide {
    /// The guide as Markdown.
    pub fn markdown(&self) -> String {
        let blocks = self.blocks.iter().map(block);
        let title = format!("# {}", line(&self.title));
        let parts: Vec<String> = std::iter::once(title).chain(blocks).collect();
        format!("{}\n", parts.join("\n\n"))
    }
}

fn block(block: &Block) -> String {
    match block {
        Block::Section(heading) => format!("## {heading}"),
        Block::Part(heading) => format!("### {}", line(heading)),
        Block::Paragraph(text) => line(text),
        Block::Points(points) => lines(points.iter().map(|point| format!("- {}", line(point)))),
        Block::Steps(steps) => lines(
            (1..)
                .zip(steps)
                .map(|(number, step)| format!("{number}. {}", line(step))),
        ),
        Block::Table { head, rows } => {
            let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
            let headings: Vec<String> = head.iter().map(|heading| (*heading).to_owned()).collect();
            let rule = vec!["---".to_owned(); head.len()];
            let rows = rows.iter().map(|cells| cells.iter().map(cell).collect::<Vec<String>>());
            lines([headings, rule].into_iter().chain(rows).map(|cells| row(&cells)))
        }
        Block::Code(text) => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            format!("{fence}text\n{text}\n{fence}")
        }
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn line(text: &Text) -> String {
    text.0.iter().map(|part| span(part, false)).collect()
}

/// A text in a table: there a bar ends the cell even within code.
fn cell(text: &Text) -> String {
    text.0.iter().map(|part| span(part, true)).collect()
}

fn span(span: &Span, in_cell: bool) -> String {
    match span {
        Span::Plain(words) => words.chars().flat_map(escaped).collect(),
        Span::Code(code) => {
            let code = if in_cell {
                code.replace('|', "\\|")
            } else {
                code.clone()
            };
            // A line break would end the line, whatever it stands in.
            let code = code.replace(char::is_control, "\u{fffd}");
            let fence = "`".repeat(longest_run(&code) + 1);
            // One space at both ends is cut off again, and keeps a backtick or a space of the code's own.
            let is_open = |end: Option<char>| end.is_none_or(|end| end == '`' || end == ' ');
            let pad = if is_open(code.chars().next()) || is_open(code.chars().next_back()) {
                " "
            } else {
                ""
            };
            format!("{fence}{pad}{code}{pad}{fence}")
        }
    }
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let escape = MARKUP.contains(character).then_some('\\');
    escape.into_iter().chain([character])
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}
