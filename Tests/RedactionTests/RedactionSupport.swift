// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import Redaction

extension Redactor {
    /// A text after redaction as a line.
    func redacted(_ text: String) -> String {
        redact(line: Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// A JSON text after redaction.
    func redacted(json: String, _ kind: EngineJSON) -> String {
        String(decoding: redact(json: Array(json.utf8)[...], kind: kind), as: UTF8.self)
    }
}

/// Collected lines, with the places of their secrets.
struct CorpusLine: Sendable {
    let text: String
    let expected: String

    /// Reads a file of the corpus.
    ///
    /// What stands between `⟦` and `⟧` must be masked, exactly. A `·` is left out: it keeps tools that look for secrets
    /// in source code from finding these.
    static func all(_ name: String) throws -> [CorpusLine] {
        guard let url = Bundle.module.url(forResource: "Corpus/\(name)", withExtension: "txt") else { return [] }
        let text = try String(contentsOf: url, encoding: .utf8)
        return text.split(separator: "\n").map { line in
            let parts = line.filter { $0 != "·" }.split(separator: "⟦", omittingEmptySubsequences: false)
            var expected = String(parts[0])
            for part in parts.dropFirst() {
                expected += "‹redacted›" + part.drop { $0 != "⟧" }.dropFirst()
            }
            return CorpusLine(text: String(line.filter { !"·⟦⟧".contains($0) }), expected: expected)
        }
    }
}
