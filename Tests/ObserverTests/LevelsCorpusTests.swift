// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel
import Testing

@Suite("Levels of the labelled corpus")
struct LevelsCorpusTests {
    private struct Score {
        var right = 0
        var total = 0
        var percent: Double { total == 0 ? 100 : Double(right) * 100 / Double(total) }

        var text: String {
            let hundredths = Int((percent * 100).rounded())
            return "\(right) of \(total), \(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
        }
    }

    @Test("of at least 1,500 lines of 40 systems, 99 % get the right level, and 97 % of each system's")
    func score() throws {
        let corpus = try LevelsCorpus.load()
        #expect(corpus.systems.count >= 40)
        #expect(corpus.lines.count >= 1_500)
        var all = Score()
        var table: [String] = []
        var failures: [String] = []
        for system in corpus.systems {
            var score = Score()
            for line in system.lines {
                let finding = LevelDetector.inspect(line.bytes.span)
                score.total += 1
                if finding.level == line.level {
                    score.right += 1
                } else {
                    let verdict = "\(finding.level.name) by \(finding.origin), not \(line.level.name)"
                    failures.append("\(line.place): \(verdict): \(line.excerpt)")
                }
            }
            table.append("\(system.name): \(score.text)")
            #expect(score.percent >= 97, "\(system.name): \(score.text)")
            all.right += score.right
            all.total += score.total
        }
        table.append("all: \(all.text)")
        print(table.joined(separator: "\n"))
        #expect(all.percent >= 99, "\(failures.joined(separator: "\n"))")
    }

    @Test("every level occurs in the corpus, and most lines are not INFO by default")
    func corpusIsTelling() throws {
        let lines = try LevelsCorpus.load().lines
        for level in Level.allCases {
            #expect(lines.count { $0.level == level } >= 50, "\(level.name)")
        }
        let silent = lines.count { LevelDetector.inspect($0.bytes.span).origin == .none }
        #expect(silent * 5 < lines.count, "\(silent) of \(lines.count) lines got their level from nothing")
    }
}
