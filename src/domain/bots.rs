//! Known bots, by what they call themselves.
//!
//! A short list of names that crawlers, link previews and uptime checks put into their user agents on purpose, each
//! looked for without regard to case. It is not fraud detection: who hides is not found here. Programmers' tools (curl,
//! HTTP libraries) are left out, because operators test their links with them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What the user agents of known bots contain, in lower case.
const NAMES: &[&str] = &[
    // "bot" at the end of a word, as nearly every crawler names itself: Googlebot/2.1, bingbot, AhrefsBot, GPTBot …
    "bot/",
    "bot;",
    "bot)",
    "bot ",
    "-bot",
    "bot-",
    "robot",
    "crawler",
    "spider",
    "slurp",
    "mediapartners-google",
    "adsbot",
    "apis-google",
    "google-read-aloud",
    "google-inspectiontool",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "whatsapp/",
    "skypeuripreview",
    "slack-imgproxy",
    "embedly",
    "quora link preview",
    "vkshare",
    "bitlybot",
    "lighthouse",
    "headlesschrome",
    "phantomjs",
    "pingdom",
    "statuscake",
    "site24x7",
    "gtmetrix",
    "ia_archiver",
    "archive.org_bot",
    "ccbot",
    "bytespider",
    "yandeximages",
    "yandexmetrika",
    "baiduspider",
    "chatgpt-user",
    "claude-web",
    "perplexity-user",
    "bingpreview",
];

/// A maker of telephones whose name ends like a bot's.
const NOT_A_BOT: &str = "cubot";

/// All of [`NAMES`], looked for in one pass: one after the other they would cost a click more than everything else in it.
static ANY_NAME: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(NAMES).expect("a few short names"));

/// Whether a user agent is a known bot's. No user agent at all is not one.
pub fn is_known_bot(user_agent: &str) -> bool {
    let user_agent = user_agent.to_ascii_lowercase().replace(NOT_A_BOT, "");
    user_agent.ends_with("bot") || ANY_NAME.is_match(&user_agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_told_from_browsers_and_tools() {
        for user_agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "TelegramBot (like TwitterBot)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; YandexBot/3.0)",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36",
        ] {
            assert!(is_known_bot(user_agent), "{user_agent}");
        }
        for user_agent in [
            "",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 12; CUBOT) AppleWebKit/537.36",
            "curl/8.5.0",
            "python-requests/2.31.0",
        ] {
            assert!(!is_known_bot(user_agent), "{user_agent}");
        }
    }
}
