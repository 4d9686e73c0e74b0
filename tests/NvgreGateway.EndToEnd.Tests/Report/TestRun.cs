using System.Xml.Linq;

namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>The last test run, from the .trx files of scripts/test.sh.</summary>
internal sealed class TestRun
{
    private readonly Dictionary<string, List<string>> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    /// <summary>Test hosts that ended before their tests did; each is counted as a failure.</summary>
    public int Aborted { get; private set; }

    /// <summary>What failed or was skipped, and why: name, message and the beginning of the stack.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Reads every .trx file of a folder; an empty run where there is none.</summary>
    public static TestRun Read(string folder)
    {
        TestRun run = new();
        if (!Directory.Exists(folder))
        {
            return run;
        }

        foreach (string file in Directory.EnumerateFiles(folder, "*.trx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            run.Add(XDocument.Load(file));
        }

        return run;
    }

    /// <summary>
    /// Whether a test ran and every case of it passed. A case that was not run is not a pass.
    /// </summary>
    public bool HasPassed(string className, string method) =>
        _outcomes.TryGetValue(className + "." + method, out List<string>? outcomes) && outcomes.TrueForAll(o => o == "Passed");

    internal void Add(XDocument trx)
    {
        XNamespace ns = trx.Root!.Name.Namespace;
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (XElement test in trx.Descendants(ns + "UnitTest"))
        {
            XElement method = test.Element(ns + "TestMethod")!;
            // The name of a case may carry its arguments.
            string name = ((string)method.Attribute("name")!).Split('(')[0];
            string className = (string)method.Attribute("className")!;
            if (name.StartsWith(className + ".", StringComparison.Ordinal))
            {
                name = name[(className.Length + 1)..];
            }

            names[(string)test.Attribute("id")!] = className + "." + name;
        }

        int failedBefore = Failed;
        foreach (XElement result in trx.Descendants(ns + "UnitTestResult"))
        {
            string outcome = (string?)result.Attribute("outcome") ?? "Error";
            switch (outcome)
            {
                case "Passed":
                    Passed++;
                    break;
                case "NotExecuted":
                    Skipped++;
                    break;
                default:
                    Failed++;
                    break;
            }

            if (outcome != "Passed")
            {
                _failures.Add($"{outcome.ToUpperInvariant()} {(string?)result.Attribute("testName")}\n{TextOf(result, ns)}");
            }

            if (names.TryGetValue((string)result.Attribute("testId")!, out string? name))
            {
                if (!_outcomes.TryGetValue(name, out List<string>? outcomes))
                {
                    _outcomes[name] = outcomes = [];
                }

                outcomes.Add(outcome);
            }
        }

        // A host that crashed or hung leaves a run that is not completed, and perhaps no failed test in it.
        string? summary = (string?)trx.Descendants(ns + "ResultSummary").FirstOrDefault()?.Attribute("outcome");
        if (summary is not null and not "Completed" && Failed == failedBefore)
        {
            Failed++;
            Aborted++;
            _failures.Add("ABORTED\n" + string.Join('\n', trx.Descendants(ns + "RunInfo").Select(i => TextOf(i, ns))));
        }
    }

    private static string TextOf(XElement element, XNamespace ns)
    {
        IEnumerable<string> texts = element.Descendants().Where(e => e.Name == ns + "Message" || e.Name == ns + "StackTrace" || e.Name == ns + "Text")
            .Select(e => string.Join('\n', e.Value.Split('\n').Take(30)));
        return "    " + string.Join('\n', texts).Trim().ReplaceLineEndings("\n    ");
    }
}
