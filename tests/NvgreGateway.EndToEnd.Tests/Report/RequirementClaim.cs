namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>A test that says it proves rows.</summary>
/// <param name="Class">Full name of the test's class, as test results write it (nested classes with '+').</param>
/// <param name="Method">Name of the test method.</param>
/// <param name="Ids">The rows.</param>
internal sealed record RequirementClaim(string Class, string Method, IReadOnlyList<string> Ids);
