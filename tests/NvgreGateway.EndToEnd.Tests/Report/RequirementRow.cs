namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>One row of the specification, as tests/requirements.tsv has it.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Level">M must, S should, Y may, with the basis; "-" where the specification gives none.</param>
/// <param name="Text">What the gateway does.</param>
/// <param name="Check">How that is checked.</param>
internal sealed record RequirementRow(string Id, string Level, string Text, string Check)
{
    /// <summary>All rows, in the order of the specification.</summary>
    public static IReadOnlyList<RequirementRow> ReadAll(string root) =>
        [.. File.ReadLines(Path.Combine(root, "tests", "requirements.tsv")).Skip(1).Select(line =>
        {
            string[] columns = line.Split('\t');
            return new RequirementRow(columns[0], columns[1], columns[2], columns[3]);
        })];
}
