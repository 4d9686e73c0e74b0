using System.Diagnostics.CodeAnalysis;

namespace NvgreGateway.Control.Configuration;

/// <summary>What became of a configuration: accepted whole, or refused whole with every error (F-002).</summary>
/// <param name="Configuration">The configuration, or null when there are errors.</param>
/// <param name="Errors">Every error of structure and meaning, in the order of the file as far as possible.</param>
/// <param name="Warnings">What to know about an accepted configuration; empty when it is refused.</param>
public sealed record ConfigurationResult(
    GatewayConfiguration? Configuration,
    ValueList<ConfigurationError> Errors,
    ValueList<ConfigurationWarning> Warnings)
{
    /// <summary>Whether the configuration was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Configuration))]
    public bool IsValid => Configuration is not null;
}
