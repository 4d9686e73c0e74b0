namespace NvgreGateway.Control.Api;

/// <summary>Whether a device would take a kind of rule; part of <c>show capabilities</c>.</summary>
/// <param name="Rule">What it does, for example <c>queue by VSID</c>.</param>
/// <param name="Frames">Of which frames.</param>
/// <param name="Taken"><c>yes</c>, <c>no</c>, or <c>not asked</c> while a port is not started.</param>
/// <param name="Reason">Why not: the driver's words and error.</param>
public sealed record RuleCapability(string Rule, string Frames, string Taken, string? Reason);
