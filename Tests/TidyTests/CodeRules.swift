// SPDX-License-Identifier: Apache-2.0

import Testing

/// Rules for the code of the package.
@Suite struct CodeRules {
    private let tree = PackageTree.shared

    /// The places in files of an area where a phrase stands in code.
    private func places(of phrases: [Phrase], in areas: Set<Substring>) -> [(path: String, place: String)] {
        tree.sources.filter { areas.contains($0.file.area) }.flatMap { file, code in
            phrases.flatMap { phrase in
                phrase.lines(in: code.code).map { (file.path, "\(file.path):\($0): \(phrase.text)") }
            }
        }
    }

    /// What is not allowed, and the allowances that nothing needs.
    private func judge(_ found: [(path: String, place: String)], _ allowed: [String: String]) -> [String] {
        let paths = Set(found.map(\.path))
        return found.filter { allowed[$0.path] == nil }.map(\.place)
            + allowed.keys.filter { !paths.contains($0) }.map { "the allowance for \($0) is not needed" }
    }

    @Test("no source crashes on purpose or by force")
    func force() {
        let banned = ["try!", "as!", "fatalError("].map { Phrase($0) }
        #expect(judge(places(of: banned, in: ["Sources"]), [:]) == [])
    }

    @Test("every task is structured, but for those that are allowed with a reason")
    func unstructuredTasks() {
        let banned = ["Task {", "Task(", "Task.detached", "Task.immediate"].map { Phrase($0) }
        let found = places(of: banned, in: ["Sources", "Tests", "Benchmarks"])
        #expect(judge(found, Allowances.unstructuredTasks) == [])
    }

    @Test("no test sleeps")
    func sleeps() {
        let banned = ["sleep(", "usleep(", "nanosleep("].map { Phrase($0) }
        #expect(judge(places(of: banned, in: ["Tests"]), Allowances.sleeps) == [])
    }

    @Test("queues, XCTest and whole Foundation stay outside")
    func frameworks() {
        let queues = places(of: [Phrase("DispatchQueue"), Phrase("import Dispatch")], in: ["Sources"])
        #expect(judge(queues, Allowances.queues) == [])
        #expect(judge(places(of: [Phrase("import XCTest")], in: ["Tests"]), [:]) == [])
        #expect(judge(places(of: [Phrase("import Foundation")], in: ["Sources"]), Allowances.foundation) == [])
    }

    @Test("what the compiler is told to trust has a line that says why it may")
    func safety() {
        let trusted = [Phrase("@unchecked Sendable", isWord: false), Phrase("nonisolated(unsafe)")]
        let safety = Phrase("SAFETY:")
        var found: [String] = []
        for (file, code) in tree.sources {
            let reasons = safety.lines(in: code.comments)
            for line in trusted.flatMap({ $0.lines(in: code.code) })
            where !reasons.contains(where: { (line - 6...line).contains($0) }) {
                found.append("\(file.path):\(line)")
            }
        }
        #expect(found == [])
    }

    @Test("imports run one way")
    func imports() {
        var found: [String] = []
        for (file, code) in tree.sources where file.area == "Sources" {
            guard let allowed = ImportRules.allowed[String(file.target)] else {
                found.append("\(file.path): the target \(file.target) is missing in ImportRules")
                continue
            }
            for line in Phrase("import").lines(in: code.code) {
                let text = String(decoding: code.lines[line - 1], as: UTF8.self)
                guard let module = ImportRules.importedModule(text) else { continue }
                if ImportRules.allowed[module] != nil, !allowed.contains(module) {
                    found.append("\(file.path):\(line): \(file.target) may not import \(module)")
                }
            }
        }
        #expect(found == [])
    }

    @Test("no type carries the name of a module")
    func names() {
        let modules = Set(tree.files.filter { $0.area == "Sources" }.map(\.target))
        let keywords = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        let banned = keywords.flatMap { keyword in modules.map { Phrase("\(keyword) \($0)") } }
        #expect(judge(places(of: banned, in: ["Sources", "Tests", "Benchmarks"]), [:]) == [])
    }

    @Test("no file is longer than 400 lines")
    func fileLengths() {
        let long = tree.files.filter { $0.isSwift && $0.lines.count > 401 }
        #expect(judge(long.map { ($0.path, "\($0.path): \($0.lines.count - 1) lines") }, Allowances.longFiles) == [])
    }

    @Test("no function is longer than 70 lines")
    func functionLengths() {
        let long = tree.sources.flatMap { file, code in
            FunctionLengths.functions(in: code).filter { $0.length > 70 }.map { function in
                let key = "\(file.path): \(function.name)"
                return (path: key, place: "\(key) (line \(function.line), \(function.length) lines)")
            }
        }
        #expect(judge(long, Allowances.longFunctions) == [])
    }
}
