namespace NvgreGateway.Control.Configuration;

/// <summary>Something in a valid configuration that the operator should know; it also stands as a condition at run time.</summary>
/// <param name="Code">Name of the condition, for example <c>mtu_below_vlan</c>.</param>
/// <param name="Path">The place, as <c>ports[1].mtu</c>.</param>
/// <param name="Value">The value of the condition, for example the tenant MTU that results.</param>
/// <param name="Message">The whole thing in words.</param>
public sealed record ConfigurationWarning(string Code, string Path, string Value, string Message)
{
    /// <summary>Writes place, code and message on one line.</summary>
    /// <returns>A line for people.</returns>
    public override string ToString() => $"{Path}: {Code} {Value}: {Message}";
}
