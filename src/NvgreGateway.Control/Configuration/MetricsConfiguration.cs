using System.Net;

namespace NvgreGateway.Control.Configuration;

/// <summary>The metrics and health endpoint; key <c>metrics</c> (F-024).</summary>
public sealed record MetricsConfiguration
{
    /// <summary>Address and TCP port; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }
}
