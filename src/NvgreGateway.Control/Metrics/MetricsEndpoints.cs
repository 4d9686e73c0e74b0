using Microsoft.AspNetCore.Http;

namespace NvgreGateway.Control.Metrics;

/// <summary><c>/metrics</c>, <c>/healthz</c> (does everything move?) and <c>/readyz</c> (can it take traffic?), F-010, F-024.</summary>
/// <param name="service">The running control plane.</param>
/// <param name="writer">The writer of the metrics.</param>
internal sealed class MetricsEndpoints(ControlService service, PrometheusWriter writer)
{
    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    public Task HandleAsync(HttpContext context)
    {
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET\n", "text/plain");
        }

        return context.Request.Path.Value switch
        {
            "/metrics" => TextAsync(context, StatusCodes.Status200OK, writer.Scrape(), "text/plain; version=0.0.4; charset=utf-8"),
            "/healthz" => StateAsync(context, service.LivenessProblems()),
            "/readyz" => StateAsync(context, service.ReadinessProblems()),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "there is /metrics, /healthz and /readyz\n", "text/plain"),
        };
    }

    private static Task StateAsync(HttpContext context, IReadOnlyList<string> problems) => problems.Count == 0
        ? TextAsync(context, StatusCodes.Status200OK, "ok\n", "text/plain; charset=utf-8")
        : TextAsync(context, StatusCodes.Status503ServiceUnavailable, string.Join('\n', problems) + "\n", "text/plain; charset=utf-8");

    private static Task TextAsync(HttpContext context, int status, string text, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }
}
