//! A guide as one HTML page: no script, nothing from elsewhere, every text escaped.

use super::Guide;
use super::text::{Block, Span, Text};

/// The page's style: readable on a phone, on paper, by day and by night.
pub const STYLE: &str = include_str!("style.css");

impl Guide {
    /// The guide as an HTML page.
    pub fn html(&self) -> String {
        let title: String = self.title.0.iter().map(words).collect();
        let body: String = self.blocks.iter().map(block).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<h1>{}</h1>\n{body}</main>\n</body>\n</html>\n",
            line(&self.title)
        )
    }
}

fn block(block: &Block) -> String {
    let items = |items: &[Text]| joined(items.iter().map(|item| format!("<li>{}</li>\n", line(item))));
    match block {
        Block::Section(heading) => format!("<h2>{}</h2>\n", escaped(heading)),
        Block::Part(heading) => format!("<h3>{}</h3>\n", line(heading)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", line(text)),
        Block::Points(points) => format!("<ul>\n{}</ul>\n", items(points)),
        Block::Steps(steps) => format!("<ol>\n{}</ol>\n", items(steps)),
        Block::Table { head, rows } => {
            let headings = head
                .iter()
                .map(|heading| format!("<th scope=\"col\">{}</th>", escaped(heading)));
            let headings = joined(headings);
            let row = |cells: &Vec<Text>| {
                // On a phone the rows become blocks, in which each cell says what it is.
                let cells = head.iter().zip(cells).map(|(heading, cell)| {
                    format!("<td data-label=\"{}\"><div>{}</div></td>", escaped(heading), line(cell))
                });
                format!("<tr>{}</tr>\n", joined(cells))
            };
            let rows = joined(rows.iter().map(row));
            format!("<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
        }
        Block::Code(text) => format!("<pre><code>{}</code></pre>\n", escaped(text)),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

fn line(text: &Text) -> String {
    let span = |span: &Span| match span {
        Span::Plain(words) => escaped(words),
        Span::Code(code) => format!("<code>{}</code>", escaped(code)),
    };
    text.0.iter().map(span).collect()
}

/// A part of a line without its markup.
fn words(span: &Span) -> String {
    match span {
        Span::Plain(words) => escaped(words),
        Span::Code(code) => escaped(code),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            // Not even written as a reference may a page hold them.
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
