// SPDX-License-Identifier: Apache-2.0

/// Finds the functions of a Swift text and how many lines each takes up.
enum FunctionLengths {
    struct Function: Equatable {
        let name: String
        let line: Int
        let length: Int
    }

    private static let keywords: Set<Substring> = ["func", "init", "deinit", "subscript", "var"]
    private static let modifiers: Set<Substring> = [
        "public", "internal", "package", "private", "fileprivate", "static", "class", "final", "override", "mutating",
        "nonmutating", "consuming", "borrowing", "nonisolated", "convenience", "required", "lazy", "isolated", "prefix",
        "postfix", "infix", "indirect", "weak", "unowned",
    ]

    /// The functions, initialisers, subscripts and computed properties, from their first line to their closing brace.
    static func functions(in code: SwiftCode) -> [Function] {
        let lines = code.lines
        var result: [Function] = []
        for (index, line) in lines.enumerated() where line.contains(where: { $0 != 32 }) {
            let text = String(decoding: line, as: UTF8.self)
            guard isDeclaration(text), let length = length(from: index, in: lines) else { continue }
            let name = text.split(separator: " ").joined(separator: " ")
            result.append(Function(name: name, line: index + 1, length: length))
        }
        return result
    }

    private static func isDeclaration(_ line: String) -> Bool {
        let words = line.split { !($0.isLetter || $0.isNumber || "_@.".contains($0)) }
        guard let word = words.first(where: { !modifiers.contains($0) && !$0.hasPrefix("@") }) else { return false }
        return keywords.contains(word)
    }

    /// The number of lines up to the brace that closes the declaration's body, or `nil` when it has none.
    private static func length(from start: Int, in lines: [ArraySlice<UInt8>]) -> Int? {
        let indentation = lines[start].prefix { $0 == 32 }.count
        var parentheses = 0
        var braces = 0
        for index in start..<lines.count {
            for byte in lines[index] {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{"): braces += 1
                case UInt8(ascii: "}"):
                    braces -= 1
                    if braces == 0, parentheses == 0 { return index - start + 1 }
                    if braces < 0 { return nil }
                default: break
                }
            }
            guard braces == 0, parentheses == 0, index + 1 < lines.count else { continue }
            // Without a brace so far, only a `where`, an indented continuation or the brace itself goes on.
            let next = lines[index + 1]
            let rest = next.drop { $0 == 32 }
            let isContinued = next.count - rest.count > indentation && !rest.isEmpty
            if !isContinued, rest.first != UInt8(ascii: "{"), !rest.starts(with: "where ".utf8) { return nil }
        }
        return nil
    }
}
