namespace NvgreGateway.Control.Configuration;

/// <summary>Which source addresses packets of a segment leave from; <c>segments[].spread</c> (A-066).</summary>
public enum SourceSpread
{
    /// <summary>The first one of the peer's family.</summary>
    First,

    /// <summary>All of them, each flow from one.</summary>
    Flow,
}
