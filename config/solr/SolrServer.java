import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Serves one Solr home on one port of the loopback address, until the process is ended.
 * Run it as a single file: java -cp "jars/*" SolrServer.java PORT SOLR_HOME
 */
public final class SolrServer {
  private static final String LOOPBACK = "127.0.0.1";

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Path home = Path.of(args[1]).toAbsolutePath();
    JettyConfig config = JettyConfig.builder().setContext("/solr").setPort(port).stopAtShutdown(true).build();
    JettySolrRunner runner = new JettySolrRunner(home.toString(), new Properties(), config);
    bindToLoopback(runner);
    runner.start();
    System.out.println("Solr serves " + home + " on " + LOOPBACK + ":" + port);
    Thread.currentThread().join();
  }

  /** The runner offers no setting for the address and would listen on every one. */
  private static void bindToLoopback(JettySolrRunner runner) throws ReflectiveOperationException {
    Field field = JettySolrRunner.class.getDeclaredField("server");
    field.setAccessible(true);
    for (Connector connector : ((Server) field.get(runner)).getConnectors()) {
      ((ServerConnector) connector).setHost(LOOPBACK);
    }
  }
}
