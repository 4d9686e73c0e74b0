using System.Xml.Linq;

namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>The report itself: rows that exist, and outcomes that are counted as they are.</summary>
public class RequirementRowTests
{
    [Fact]
    public void Every_row_that_a_test_names_exists()
    {
        HashSet<string> rows = [.. RequirementRow.ReadAll(Machine.Root).Select(r => r.Id)];
        IReadOnlyList<RequirementClaim> claims = RequirementScan.OfTree(Machine.Root);

        Assert.NotEmpty(claims);
        Assert.Empty(claims.SelectMany(c => c.Ids.Where(i => !rows.Contains(i)).Select(i => $"{c.Class}.{c.Method}: {i}")));
    }

    [Fact]
    public void Rows_are_read_whole_and_once()
    {
        IReadOnlyList<RequirementRow> rows = RequirementRow.ReadAll(Machine.Root);

        Assert.Equal(rows.Count, rows.Select(r => r.Id).Distinct().Count());
        Assert.Contains(rows, r => r is { Id: "A-002", Level: "Mn" } && r.Text.Contains("0x2000", StringComparison.Ordinal));
    }

    [Fact]
    public void Ids_of_methods_classes_and_base_classes_are_found()
    {
        IReadOnlyList<RequirementClaim> claims = RequirementScan.OfAssembly(typeof(RequirementRowTests).Assembly.Location);

        string inherited = $"{typeof(RequirementRowTests).FullName}+{nameof(Derived)}";
        RequirementClaim claim = Assert.Single(claims, c => c.Class == inherited);
        Assert.Equal(nameof(Base.Sample), claim.Method);
        Assert.Equal(["A-001", "A-002", "A-003"], claim.Ids.Order());
    }

    [Theory]
    [InlineData(new[] { "Passed", "Passed" }, true)]
    [InlineData(new[] { "Passed", "Failed" }, false)]
    [InlineData(new[] { "Passed", "NotExecuted" }, false)]
    [InlineData(new string[0], false)]
    public void A_theory_has_passed_when_all_its_cases_have(string[] outcomes, bool expected)
    {
        TestRun run = new();
        run.Add(Trx("Completed", outcomes));

        Assert.Equal(expected, run.HasPassed("Ns.Class", "Method"));
    }

    [Fact]
    public void A_host_that_ended_early_is_a_failure()
    {
        TestRun run = new();
        run.Add(Trx("Failed", ["Passed"]));

        Assert.Equal((1, 1, 0), (run.Passed, run.Failed, run.Skipped));
    }

    private static XDocument Trx(string summary, string[] outcomes)
    {
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        return new XDocument(new XElement(ns + "TestRun",
            new XElement(ns + "Results", outcomes.Select((o, i) => new XElement(ns + "UnitTestResult", new XAttribute("testId", i), new XAttribute("outcome", o)))),
            new XElement(ns + "TestDefinitions", outcomes.Select((_, i) => new XElement(ns + "UnitTest", new XAttribute("id", i),
                new XElement(ns + "TestMethod", new XAttribute("className", "Ns.Class"), new XAttribute("name", $"Ns.Class.Method(x: {i})"))))),
            new XElement(ns + "ResultSummary", new XAttribute("outcome", summary))));
    }

    // Shapes for the scan to find; the runner does not take them for tests.
    internal abstract class Base
    {
        [ShapeFact]
        [NvgreGateway.Tests.Requirement("A-001", "A-002")]
        public static void Sample()
        {
        }

        public static void Helper()
        {
        }
    }

    [NvgreGateway.Tests.Requirement("A-003")]
    internal sealed class Derived : Base;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ShapeFactAttribute : Attribute;
}
