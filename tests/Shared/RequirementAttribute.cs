namespace NvgreGateway.Tests;

/// <summary>
/// Names a row of the requirements (for example <c>A-012</c>) that the test proves: it asserts what the row's Check
/// column says. <c>scripts/requirements.sh</c> reads these and the outcome of the last test run.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute : Attribute
{
    /// <summary>Names the rows that the test proves.</summary>
    /// <param name="ids">Row ids as the specification writes them.</param>
    public RequirementAttribute(params string[] ids) => Ids = ids;

    /// <summary>The ids of the rows.</summary>
    public IReadOnlyList<string> Ids { get; }
}
