using System.Globalization;

namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>What scripts/requirements.sh and scripts/test.sh run: rows, failures and totals of the last test run.</summary>
internal static class Program
{
    private const string Usage = """
        requirements [--missing] [--group LETTER]   every row of the specification: proved, or not yet
        summary                                     what failed in the last test run, and 'N passed, N failed, N skipped'
        """;

    public static int Main(string[] arguments)
    {
        string root = Machine.Root;
        TestRun run = TestRun.Read(Path.Combine(root, "artifacts", "test-results"));
        switch (arguments.FirstOrDefault())
        {
            case "requirements":
                return Requirements(root, run, arguments[1..]);
            case "summary":
                return Summary(run);
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static int Summary(TestRun run)
    {
        foreach (string failure in run.Failures)
        {
            Console.WriteLine(failure);
        }

        if (run.Aborted > 0)
        {
            Console.WriteLine($"{run.Aborted} test host(s) ended before their tests; each counts as a failure");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Passed} passed, {run.Failed} failed, {run.Skipped} skipped"));
        return run.Failed > 0 || run.Passed == 0 ? 1 : 0;
    }

    private static int Requirements(string root, TestRun run, string[] options)
    {
        bool missingOnly = false;
        string group = "";
        for (int i = 0; i < options.Length; i++)
        {
            if (options[i] == "--missing")
            {
                missingOnly = true;
            }
            else if (options[i] == "--group" && i + 1 < options.Length)
            {
                group = options[++i];
            }
            else
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }

        IReadOnlyList<RequirementRow> all = RequirementRow.ReadAll(root);
        IReadOnlyList<RequirementClaim> claims = RequirementScan.OfTree(root);
        HashSet<string> known = [.. all.Select(r => r.Id)];
        List<string> unknown = [.. claims.SelectMany(c => c.Ids.Where(i => !known.Contains(i)).Select(i => $"{c.Class}.{c.Method} names {i}, which is no row"))];
        List<RequirementRow> rows = [.. all.Where(r => r.Id.StartsWith(group, StringComparison.OrdinalIgnoreCase))];
        int proved = 0;
        foreach (RequirementRow row in rows)
        {
            List<RequirementClaim> tests = [.. claims.Where(c => c.Ids.Contains(row.Id))];
            // Every test that names the row must have passed: one that failed or did not run leaves the row open.
            bool isProved = tests.Count > 0 && tests.TrueForAll(t => run.HasPassed(t.Class, t.Method));
            proved += isProved ? 1 : 0;
            if (!(missingOnly && isProved))
            {
                string note = isProved || tests.Count == 0 ? "" : $"  [{tests.Count(t => run.HasPassed(t.Class, t.Method))} of {tests.Count} tests passed]";
                Console.WriteLine($"{row.Id}  {row.Level,-2}  {(isProved ? "proved " : "not yet")}  {Shorten(row.Text)}{note}");
            }
        }

        foreach (string line in unknown)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"{proved} of {rows.Count} rows proved");
        return unknown.Count > 0 ? 1 : 0;
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..99] + "…";
}
