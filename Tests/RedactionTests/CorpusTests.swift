// SPDX-License-Identifier: Apache-2.0

import Bytes
import Redaction
import Testing

@Suite("The built-in patterns on collected lines")
struct CorpusTests {
    private let redactor: Redactor

    init() throws {
        redactor = try Redactor(patterns: [], secrets: true)
    }

    @Test("every secret vanishes, and nothing else of its line")
    func secrets() throws {
        let lines = try CorpusLine.all("secrets")
        #expect(lines.count >= 200)
        for line in lines {
            #expect(line.text != line.expected)
            #expect(redactor.redacted(line.text) == line.expected)
        }
    }

    @Test("harmless lines stay byte for byte")
    func harmless() throws {
        let lines = try CorpusLine.all("harmless")
        #expect(lines.count >= 200)
        for line in lines {
            #expect(redactor.redact(line: Array(line.text.utf8)[...]) == nil, "\(line.text)")
        }
    }

    @Test("a line that is redacted already stays")
    func again() throws {
        for line in try CorpusLine.all("secrets") {
            #expect(redactor.redact(line: Array(line.expected.utf8)[...]) == nil, "\(line.expected)")
        }
    }

    @Test("a line that is JSON stays JSON, with as many members and values of the same kinds")
    func json() throws {
        var count = 0
        for line in try CorpusLine.all("secrets") + CorpusLine.all("harmless") {
            guard let before = try? JSONDocument(Array(line.text.utf8)[...]) else { continue }
            count += 1
            let after = try JSONDocument(Array(redactor.redacted(line.text).utf8)[...])
            #expect(JSONShape(before.root) == JSONShape(after.root))
        }
        #expect(count > 50)
    }

    @Test("a numeric password becomes a string, a number of tokens stays")
    func numbers() {
        let line = #"{"password":123456,"pin":1234,"tokens":42,"token":17}"#
        #expect(redactor.redacted(line) == #"{"password":"‹redacted›","pin":"‹redacted›","tokens":42,"token":17}"#)
    }

    @Test("a secret is found at every place of a line")
    func places() {
        for before in 0..<20 {
            for after in 0..<5 {
                let padding = String(repeating: " ", count: before)
                let rest = String(repeating: " ", count: after)
                #expect(redactor.redacted("\(padding)token=abcdef\(rest)") == "\(padding)token=‹redacted›\(rest)")
                #expect(redactor.redacted("\(padding)a://b:c@d\(rest)") == "\(padding)a://b:‹redacted›@d\(rest)")
            }
        }
    }
}

/// What a JSON value is made of, without the text of its strings and names.
indirect enum JSONShape: Equatable {
    case object([JSONShape])
    case array([JSONShape])
    case string
    case other(ArraySlice<UInt8>)

    init(_ value: JSONValue) {
        switch value.kind {
        case .object: self = .object(value.members.map { JSONShape($0.value) })
        case .array: self = .array(value.elements.map { JSONShape($0) })
        case .string: self = .string
        default: self = .other(value.raw)
        }
    }
}
